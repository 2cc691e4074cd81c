// As deep as in service. Jest asks for a hundred frames of each error, and a refused request is one.
Error.stackTraceLimit = 10;
