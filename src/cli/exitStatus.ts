/** Beside 0 (all is done), 1 (an unexpected error), 2 (wrong input, see `UserError`) and 130 (interrupted). The reference of commands says when. */
export const exitStatus = { allFailed: 3, unchecked: 4, elsewhere: 5, differs: 6, noResult: 7, incomplete: 8 } as const;
