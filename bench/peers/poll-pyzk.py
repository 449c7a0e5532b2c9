"""One poll with pyzk: connect, read the whole log, disconnect.

argv: port. PYTHONPATH holds the checkout. Prints one JSON object: {"ms", "cpuMs", "records"} or {"error"}.
"""
import json
import sys
import time

try:
    from zk import ZK

    terminal = ZK("127.0.0.1", port=int(sys.argv[1]), timeout=60, ommit_ping=True)
    started, cpu = time.perf_counter(), time.process_time()
    connection = terminal.connect()
    records = connection.get_attendance()
    connection.disconnect()
    ms, cpu_ms = (time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000
    print(json.dumps({"ms": ms, "cpuMs": cpu_ms, "records": len(records)}))
except Exception as error:  # whatever it is, it belongs into the table
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
