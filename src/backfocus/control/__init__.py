"""What turns the rings: motors, each behind the same few calls; wire formats pure, sockets beside them."""
