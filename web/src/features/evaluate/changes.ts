/** changes are the perturbations that twins of checks are made with; a check that a person wrote has a group of its own instead. */
export const changes = ["homophone", "shape", "drop", "double", "traditional", "width", "particle", "dialect", "punctuation", "space"];
