import sys, json
from benchmarks import fleets, dispatching
from benchmarks.stage import Stage
kind, n, *which = sys.argv[1:]
n=int(n)
with Stage(kind) as stage:
    made = stage.do("-m","benchmarks.data","readers",str(n)); print(made, flush=True)
    for name in which or ["floor","product"]:
        fleet = getattr(fleets, name)(stage, processes=2)
        try:
            warm = stage.do("-m","benchmarks.data","edition","warm")
            dispatching.send(stage, fleet, warm["edition"], readers=made['warm'])
            ed = stage.do("-m","benchmarks.data","edition","bench"); print(ed, flush=True)
            run = dispatching.send(stage, fleet, ed["edition"], readers=made["bench"])
            print(json.dumps(run.figures(), indent=0).replace("\n"," "), flush=True)
        finally:
            fleet.end()
