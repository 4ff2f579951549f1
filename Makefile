# make demo   sets up, then takes the shipped network from PyTorch to three engines and measures it
# make test   sets up, then checks everything
# make gate   gates the default bundle against itself and its budgets, then the gate itself
# make emulator  prepares the emulated Raspberry Pis; without them their tests are skipped
# make clean  removes what these made
#
# The set-up happens once: .venv holds a stamp, and is made again when the folder was moved, the set-up was
# interrupted, or what it installs has changed.

PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/installed-$(shell pwd | cksum | cut -d' ' -f1)
BUNDLE := artifacts/unet_light-1.0.0.edgec
GATED := runs/gate
IMAGE = $(firstword $(sort $(wildcard toolchain/edgec/assets/nuclei/val/images/*.png)))
# Workers of pytest: the engines' own threads want the cores too. A file stays with one worker, as its bundles
# and environments are made once a worker.
WORKERS ?= 2
# Each worker has a core; threads that wait for one another beside them would spin.
ONE_THREAD := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
# Nothing is kept outside the checkout.
export EDGEC_CACHE ?= $(CURDIR)/artifacts/.cache

.PHONY: demo emulator test gate clean

demo: $(STAMP)
	$(BIN)/edgec build --model unet_light --quant int8-static --force
	$(BIN)/edgec eval $(BUNDLE) --data nuclei#val
	$(BIN)/python -m edgec_runtime run $(BUNDLE) --image $(IMAGE) --out artifacts/mask.png
	$(BIN)/edgec bench $(BUNDLE) --target cpu --target openvino --target tflite

emulator: $(STAMP)
	$(BIN)/edgec emulator setup

test: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

gate: $(STAMP)
	rm -rf $(GATED)
	$(BIN)/edgec build --model unet_light --quant int8-static --target cpu --out $(GATED) \
		--max-latency 200 --max-memory 300 --max-size 8
	$(BIN)/edgec gate $(GATED)/unet_light-1.0.0.edgec --baseline $(GATED)/unet_light-1.0.0.edgec \
		--junit $(GATED)/gate.xml --markdown $(GATED)/gate.md || [ $$? -eq 3 ]
	$(BIN)/python benchmarks/gate.py --count 10 --out $(GATED)

$(STAMP): setup.cfg pyproject.toml runtime/setup.cfg runtime/setup.py runtime/pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "edgec needs Python 3.11: install it, or name it with make PYTHON=..." >&2; exit 2; }
	@if [ ! -e $(STAMP) ]; then rm -rf .venv; fi
	@echo "Setting up .venv (once; some minutes, most of them for PyTorch)"
	@[ -e .venv ] || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment: on Debian, apt install python3-venv" >&2; exit 2; }
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -e ./runtime -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info runtime/*.egg-info $(GATED) artifacts/*-*.*.* artifacts/.cache artifacts/mask.png
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
