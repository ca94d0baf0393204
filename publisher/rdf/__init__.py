"""What any stage needs of RDF; leaves, which know no stage."""
