"""A gate's report with a verdict of every kind."""

from edgec.gate.run import GateReport
from edgec_runtime.gate import Answer, Verdict

KEY = ("cpu", "int8-static", None)
REPORT = GateReport(
    "new.edgec",
    "old.edgec",
    {"processor": "A | processor", "architecture": "x86_64", "cores": 2},
    (
        Verdict(*KEY, "size", Answer.PASS, "its files take 1.59 MiB"),
        Verdict(
            *KEY, "latency", Answer.FAIL, "+6.0 % slower & <more>\x00", "ms", 1.0, 1.06, 1.05, 1.07, "3 %"
        ),
        Verdict(*KEY, "memory", Answer.CANNOT_TELL, "it may be | or not"),
        Verdict("tflite", "fp32", None, "dice", Answer.NOT_RUN, "no images"),
    ),
    ("openvino fp32",),
)
