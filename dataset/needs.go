package dataset

// PersonalData finds personal data in a text and calls found with its kind
// (phone, id_card, …) once for each. It must be safe for several goroutines.
type PersonalData func(text string, found func(kind string))
