"""`python -m bench [name…]`: run the benches whose module or row begins with a name; all without one."""

import sys
import time

import uvloop

from bench import bench_consumer, bench_http, bench_latency, bench_relay
from bench.harness import RESULTS, ground, keep
from chassis.logs import configure_logs

BENCHES = {"relay": bench_relay, "consumer": bench_consumer, "latency": bench_latency, "http": bench_http}


def main(names: list[str]) -> int:
    wanted = {name: module for name, module in BENCHES.items() if not names or name in names}
    if not wanted:
        print(f"no such bench; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    configure_logs("bench", "ERROR")
    with ground() as where:
        for name, module in wanted.items():
            started = time.perf_counter()
            print(f"{name} …", flush=True)
            results = uvloop.run(module.bench(where))
            keep(results)
            for result in results:
                print(result.line(), flush=True)
            print(f"      {time.perf_counter() - started:.0f} s", flush=True)
    print(f"results: {RESULTS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main([name for name in sys.argv[1:] if name]))
