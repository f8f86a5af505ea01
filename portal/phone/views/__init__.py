"""Pages of the phone: the shell, what scripts ask for, the desk that mends refused records."""
