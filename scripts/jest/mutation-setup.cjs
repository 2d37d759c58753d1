// The properties are tested on fewer examples for each mutation.
require('fast-check').configureGlobal({ numRuns: 30 });
