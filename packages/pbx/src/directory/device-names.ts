/** `PJSIP/1000-00000015` → `PJSIP/1000`. */
export function deviceOfChannel(channelName: string): string {
  return channelName.replace(/-[0-9a-f]+$/iu, "");
}

/** `PJSIP/1000` → `1000`. */
export function resourceOf(device: string): string {
  return device.slice(device.indexOf("/") + 1);
}

/** Something that can ring: `PJSIP/1000`. Not a Local channel, and not a state that is no device: `Custom:DND`, `park:701@lot`, `Queue:sales`. */
export function isDevice(name: string): boolean {
  return /^[a-z][a-z0-9]*\/[^\s/&,]/iu.test(name) && !/^local\//iu.test(name);
}

/** What is taken for an extension's number without a hint that says so: 2 to 8 digits. */
export function isPlainNumber(text: string): boolean {
  return /^\d{2,8}$/u.test(text);
}

/** True if a device is dialled as the way to some other number: `4930123@trunk`, `trunk/4930123`. */
export function leadsElsewhere(dialString: string, device: string): boolean {
  const resource = resourceOf(device);
  if (dialString.endsWith(`@${resource}`)) return true;
  // `1000/sip:1000@10.0.0.7` is one contact of the device itself.
  return dialString.startsWith(`${resource}/`) && !/^sips?:/iu.test(dialString.slice(resource.length + 1));
}
