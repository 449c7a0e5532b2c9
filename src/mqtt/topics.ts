/** Topics. Documented in docs/mqtt.md, and a promise to consumers from there on. */

/** First level of every topic. */
export const topicRoot = 'gerbang';

/** Retained state of the gateway itself; also its last will. */
export const gatewayTopic = `${topicRoot}/gateway/status`;

/** Retained list of what is wrong now. */
export const alertsTopic = `${topicRoot}/gateway/alerts`;

/** Retained digest of all evidence up to the last sealed day. */
export const evidenceTopic = `${topicRoot}/gateway/evidence`;

/** Each attendance row of one terminal. */
export function punchTopic(officeCode: string, serial: string): string {
  return `${topicRoot}/${level(officeCode)}/${level(serial)}/punch`;
}

/** Retained state of one terminal. */
export function terminalTopic(officeCode: string, serial: string): string {
  return `${topicRoot}/${level(officeCode)}/${level(serial)}/status`;
}

/** Retained completeness of one day (`YYYY-MM-DD`) of one office. */
export function completenessTopic(officeCode: string, day: string): string {
  return `${topicRoot}/${level(officeCode)}/completeness/${level(day)}`;
}

/** Retained: what is gone from the log of one terminal, the newest first. */
export function gapTopic(officeCode: string, serial: string): string {
  return `${topicRoot}/${level(officeCode)}/${level(serial)}/gap`;
}

/** One topic level: `/`, `+` and `#` would move a message to a place where nobody, or everybody, listens. */
function level(text: string): string {
  return encodeURIComponent(text);
}
