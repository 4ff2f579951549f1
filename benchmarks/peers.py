"""The same checkpoint through what one would do without us, beside every variant of our bundle.

    pip install -e '.[peers]'
    python benchmarks/peers.py [--model unet_light] [--threads 1] [--rounds 40] [--data FOLDER] [--json FILE]

Every peer is built and run in processes of its own: the thread pools of engines in one process disturb each
other. A round gives each of them a turn, in random order, so that a busy moment of the machine hits all
alike. Read the ratios: medians of the rounds' own ratios, with a 95 % bootstrap interval.
"""

if __name__ == "__main__":  # a fresh process imports this file again, and needs nothing of the command
    from peers.command import main

    main()
