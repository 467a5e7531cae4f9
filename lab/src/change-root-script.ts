/**
 * Fills a change root; run by `sh` in a mount name space of its own, so that nothing stays mounted however it ends.
 * Arguments: folder, suite, mirror, debootstrap script, packages.
 */
export const changeRootScript = `
set -eu
root=$1 suite=$2 mirror=$3 script=$4
shift 4
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" "$script"
printf '#!/bin/sh\\nexit 101\\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/lab"
for folder in doc man locale info lintian; do
  echo "path-exclude=/usr/share/$folder/*" >> "$root/etc/dpkg/dpkg.cfg.d/lab"
done
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
chroot "$root" apt-get install --yes --no-install-recommends "$@"
chroot "$root" apt-get clean
rm -rf "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/* \\
  "$root"/usr/share/info/* "$root"/var/log/apt "$root"/var/log/dpkg.log "$root"/var/cache/apt/*
mkdir -p "$root/run/asterisk" "$root/var/spool/asterisk" "$root/var/log/asterisk" "$root/var/lib/asterisk"
touch "$root/etc/hosts"
chroot "$root" asterisk -V
`;

/** What a line of debootstrap or apt-get says about how far the work is; undefined if nothing worth showing. */
export function progressOf(line: string): string | undefined {
  const debootstrap = /^I: (Retrieving|Validating|Extracting|Unpacking|Configuring)\b\s*(\S*)/.exec(line);
  if (debootstrap) return `${String(debootstrap[1]).toLowerCase()} ${debootstrap[2] ?? ""}`.trim();
  const get = /^Get:\d+ \S+ \S+ \S+ (\S+)/.exec(line);
  if (get) return `retrieving ${get[1]}`;
  const apt = /^(Unpacking|Setting up) (\S+)/.exec(line);
  if (apt) return `${String(apt[1]).toLowerCase()} ${apt[2]}`;
  const need = /^Need to get (.+ [kMG]?B)\b/.exec(line);
  if (need) return `needs ${need[1]} of packages`;
  return undefined;
}
