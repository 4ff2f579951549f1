"""Graph -> a TFLite flatbuffer, NHWC, by a writer of our own."""
