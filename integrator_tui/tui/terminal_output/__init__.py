"""What is sent to a terminal: cells that changed, as few bytes as its kind takes, and no frame before its time."""
