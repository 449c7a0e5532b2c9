/** Serials that only simulated machines have: practice data must never be taken for real. */

/** Begins the serial of every machine of `gerbang rehearse`. */
export const rehearsalPrefix = 'GLADI-';

/** True for serials of `gerbang rehearse` and `gerbang demo`. No maker gives such serials. */
export function isSimulatedSerial(serial: string): boolean {
  return serial.toUpperCase().startsWith(rehearsalPrefix) || /^SIM\d+\.\d+\.\d+-\d+$/.test(serial);
}
