/**
 * Where a message never goes: addresses that answer only to the machine they are asked from, such as the metadata service
 * of a cloud host, which gives credentials to whoever asks. Judged after the name was resolved, so that no name leads
 * there either. Loopback and private networks are allowed: receivers stand in the same house.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const refused = new BlockList();
// This network, link-local with the metadata services, multicast and broadcast.
refused.addSubnet('0.0.0.0', 8, 'ipv4');
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('224.0.0.0', 3, 'ipv4');
refused.addAddress('::', 'ipv6');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('ff00::', 8, 'ipv6');
// The metadata service of one large cloud has an address of its own in the private range.
refused.addAddress('fd00:ec2::254', 'ipv6');

/** True for an address that no message is sent to. An IPv4 address inside an IPv6 one is judged as what it is. */
export function isRefusedAddress(address: string): boolean {
  const family = isIP(address);
  return family === 0 || refused.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** The system's resolver without refused addresses; for `http.request`. Fails with EADDRREFUSED when none is left. */
export const allowedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error !== null) return callback(error, '', 0);
    const allowed = found.filter(({ address }) => !isRefusedAddress(address));
    const [first] = allowed;
    if (first === undefined) return callback(refusedError(), '', 0);
    if (options.all === true) return callback(null, allowed);
    callback(null, first.address, first.family);
  });
};

/** What a refused address looks like to the caller. */
export function refusedError(): NodeJS.ErrnoException {
  return Object.assign(new Error('the address is link-local or no address of a host'), { code: 'EADDRREFUSED' });
}
