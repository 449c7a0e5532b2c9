/** Where the page of a rehearsal is, unless told otherwise: beside that of the gateway, whether by command or by button. */
export const rehearsalPort = 8090;
