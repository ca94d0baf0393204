"""What any stage needs of the operating system; leaves, which know no stage."""
