"""What runs on the device: sent over the connection, with nothing but Python 3.11's own library."""
