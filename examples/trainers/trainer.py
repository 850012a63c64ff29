# python3 examples/trainers/trainer.py nats://127.0.0.1:4222 plain w1 (the numbers are the steps of a trial in docs/reference/asyncapi.yaml)
import json, math, sys, threading, time, uuid

from plain_nats import Client  # of the standard library only


def train(report, x=0.0, steps=3, pause=0.01, outcome="value"):
    for step in range(1, steps + 1):
        time.sleep(pause)  # your training goes here
        report(step, x + step)
    return {"value": x, "nan": math.nan}[outcome]  # with any other outcome, it fails


url, study, name = sys.argv[1:4]
nats = Client(url)
now = {"trial": 0, "run": None, "lease": 30.0, "stopped by": None, "over": False, "lost": False}


def hear(message):
    kind, ours = message.get("type"), message.get("run") == now["run"]
    if kind == "closed":
        now["over"] = True
    if kind == "stop" and message["trial"] == now["trial"]:
        now["stopped by"] = message["by"]
    if ours and (kind == "started" or message.get("code") == "ended"):
        now["lost"] = True


def last(subject):
    return nats.request(f"$JS.API.DIRECT.GET.HT_{study}.ht.{study}.log.{subject}")[2]


def publish(kind, **fields):
    fact = json.dumps({"type": kind, "trial": now["trial"], "run": now["run"], **fields})
    if not now["lost"]:  # of a lost run, send nothing more
        nats.request(f"ht.{study}.log.by.{name}.{now['trial']}", fact, f"Nats-Msg-Id: {uuid.uuid4()}\r\n")


def report(step, value):
    publish("reported", step=step, values={objective: value})  # 6
    if now["lost"] or now["stopped by"]:
        raise InterruptedError


def beat():
    while True:
        nats.publish(f"ht.{study}.beat.{name}.0", '{"slots": 1}')
        if now["run"]:
            nats.publish(f"ht.{study}.beat.{name}.{now['trial']}", json.dumps({"run": now["run"]}))  # 5
        time.sleep(min(now["lease"] / 3, 1))


for subject in ("directive.*", f"rejected.{name}"):
    nats.subscribe(f"ht.{study}.{subject}", hear)
while not (created := last("created")):
    time.sleep(0.5)  # the study begins later
objective = created["objectives"][0]["name"]
now["over"] = now["over"] or last("study").get("type") == "closed"
threading.Thread(target=beat, daemon=True).start()
while not now["over"]:
    headers, reply, suggestion = nats.request(f"$JS.API.CONSUMER.MSG.NEXT.HT_{study}.trainers", '{"batch":1,"expires":5000000000}', seconds=6)  # 1
    if not reply:
        continue
    taken = last(f"by.*.{suggestion['trial']}").get("attempt", 0) >= suggestion["attempt"]  # 2
    if taken or name in suggestion.get("avoid", ()):
        nats.publish(reply, "+ACK" if taken else '-NAK {"delay":250000000}')
        continue
    now |= {"trial": suggestion["trial"], "run": str(uuid.uuid4()), "stopped by": None, "lost": False}
    now["lease"] = float(headers.get("Hypertide-Lease", 30))
    publish("started", attempt=suggestion["attempt"], trainer=name)  # 3
    nats.publish(reply, "+ACK")  # 4
    try:
        value = train(report, **suggestion["params"])
        publish("completed", values={objective: value}) if math.isfinite(value) else publish("failed", reason="non-finite")  # 7
    except Exception as error:
        publish("stopped", by=now["stopped by"]) if now["stopped by"] else publish("failed", reason="error", message=repr(error))
    now["run"] = None
