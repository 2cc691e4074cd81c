/** Why nobody is made of a line, as a clause for whoever brings the file. It holds nothing secret of the person. */
export class PersonRefused extends Error {}
