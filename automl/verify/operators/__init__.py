"""What each operator of a file takes, where the runtime itself does not say."""
