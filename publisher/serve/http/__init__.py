"""What lies between the socket and the application: connections, threads, processes."""
