package main

// mutants are the ten checks that stand between a liar and somebody's money or privacy.
var mutants = []mutant{}
