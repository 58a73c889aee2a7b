import json, time
from tests.insights.conftest import *
from newsletter.mail.letters import Receipt
from newsletter.insights.models import Outcome, Notice
from django.db import connection
import orjson
@pytest.mark.django_db(transaction=True)
def test_bench(opened):
    d = opened(readers=1000); a = ended(d, Receipt(202,"abc"))
    base = event(a)
    def ev(n, word): return {**base, "event": word, "nl_subscriber": str(n+1), "sg_event_id": f"{word}{n}"}
    N=40
    posts = [json.dumps([ev(n, w) for n in range(k*1000, k*1000+1000)]).encode() for k in range(N//2) for w in ("processed","delivered")]
    c=connection.cursor()
    for rnd in range(2):
        t=time.perf_counter(); cpu=time.process_time()
        c.execute("drop table if exists fl"); c.execute("drop table if exists fltarget")
        c.execute("create temp table fl (ts bigint, email text, kind text, sub bigint, disp bigint, id text)")
        c.execute("create table fltarget (disp bigint, sub bigint, kind text, ts bigint, id text, unique (disp, sub, kind))")
        for i in range(0, N, 10):
            c.execute("truncate fl")
            with c.copy("copy fl from stdin") as cp:
                for p in posts[i:i+10]:
                    for e in orjson.loads(p): cp.write_row((e["timestamp"], e["email"], e["event"], int(e["nl_subscriber"]), int(e["nl_dispatch"]), e["sg_event_id"]))
            c.execute("insert into fltarget select disp, sub, kind, ts, id from fl on conflict do nothing")
        el=time.perf_counter()-t
        print("floor ev/s", N*1000/el, "cpu us/ev", (time.process_time()-cpu)/N/1000*1e6)
        Outcome.objects.all().delete(); Notice.objects.all().delete()
        for p in posts: inbox.keep(p, stamp=str(int(MONDAY.timestamp())), now=MONDAY)
        t=time.perf_counter(); cpu=time.process_time()
        absorbing.absorb(now=MONDAY)
        el=time.perf_counter()-t
        print(connection.vendor, "ours ev/s", N*1000/el, "cpu us/ev", (time.process_time()-cpu)/N/1000*1e6)
        assert Outcome.objects.count()==N*500
