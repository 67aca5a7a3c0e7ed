"""What travels about published functions beside the functions themselves."""
