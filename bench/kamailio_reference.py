"""CPU that Kamailio takes to proxy one answered and ended call, between two SIPp."""
import subprocess
import time

from processes import ROOT, cpu_seconds, free_port, start, stop


def measure(rate, seconds, hold_ms, scratch):
    """Returns (CPU ms per call, calls that succeeded, calls that failed)."""
    proxy_port, uas_port, uac_port = free_port(), free_port(), free_port()
    config = scratch / "kamailio.cfg"
    config.write_text((ROOT / "bench/kamailio.cfg").read_text().replace("127.0.0.1:5099", f"127.0.0.1:{uas_port}"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    uas = start(["sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", uas_port, "-nostdin", "-m", rate * seconds], cwd=scratch, **quiet)
    proxy = start(["kamailio", "-f", config, "-DD", "-E", "-m", "512", "-M", "32", "-Y", scratch, "-P", scratch / "kamailio.pid",
                   "-l", f"udp:127.0.0.1:{proxy_port}"], cwd=scratch, stdout=subprocess.DEVNULL,
                  stderr=(scratch / "kamailio.log").open("w"), stdin=subprocess.DEVNULL)
    time.sleep(2)
    if proxy.poll() is not None:
        raise SystemExit("Kamailio did not start:\n" + (scratch / "kamailio.log").read_text()[-2000:])
    before = cpu_seconds(proxy.pid)
    uac = start(["sipp", "-sn", "uac", "-i", "127.0.0.1", "-p", uac_port, "-r", rate, "-d", hold_ms, "-m", rate * seconds,
                 "-l", 100000, "-nostdin", "-trace_stat", "-stf", scratch / "uac.csv", "-fd", "1",
                 f"127.0.0.1:{proxy_port}"], cwd=scratch, **quiet)
    uac.wait(seconds + 60)
    cpu = cpu_seconds(proxy.pid) - before
    last = dict(zip(*[line.split(";") for line in (lambda l: (l[0], l[-1]))((scratch / "uac.csv").read_text().splitlines())]))
    stop(proxy)
    stop(uas)
    good, bad = int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"])
    return 1000 * cpu / max(good, 1), good, bad
