"""What commands print, one command a file."""
