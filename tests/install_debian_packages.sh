#!/bin/sh
# Install what some tests need from Debian bookworm: nginx with the brotli module, a browser, fonts, OpenMP and
# a PostgreSQL server.
# Tests whose program is missing skip and say so. Run as root; running it again changes nothing.
set -eu

packages="nginx-light libnginx-mod-http-brotli-static chromium fonts-dejavu-core fonts-liberation libgomp1"
packages="$packages postgresql-15"

missing=""
for package in $packages; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "nothing to install"
    exit 0
fi

# the tests start an nginx of their own, so the installation must not start one
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086  # a list of words
apt-get install -y -qq --no-install-recommends $missing
