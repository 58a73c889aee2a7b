import time
import pytest
@pytest.mark.parametrize("n", range(4))
def test_x(n, postgres, redis_server, page):
    postgres.new(); page.set_content("x")
    open("/tmp/cc/%d" % n,"w").close(); time.sleep(60)
