"""What distillation gains: the same small student trained alone, and from a teacher, over some seeds.

    python benchmarks/distillation.py [--teacher CHECKPOINT] [--data nuclei] [--epochs 24] [--seeds 3]

The student is `unet_light` at a quarter of its widths; the teacher is the shipped `unet_light`, or what
--teacher names. Both ways train the student for the same epochs on the same data with the same loss, batches
and rate, and keep their best weights by Dice on the validation part; the epochs of the distilled student are
those of all its phases together. Each finished pair is a line of rows.jsonl in --out, and each training goes
on where it was: stop the command at any time and give it again.
"""
