"""Distillation: a small network, the student, learns from the answers and features of a trained teacher."""
