#!/bin/sh
# vendor.sh WORK OUT
#
# Fetches the pinned packages of package.json with npm into WORK and lays the files that the pages load into OUT. Does nothing when
# that is done already. Works with npm 9 (Debian 12) and newer; no script of a package is run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" "$2"
work=$(cd "$1" && pwd)
out=$(cd "$2" && pwd)

whole() { (cd "$out" && sha256sum --status -c "$here/vendor.sha256" 2>/dev/null); }
if whole && cmp -s "$here/package.json" "$work/package.json" && [ -f "$work/node_modules/axe-core/axe.min.js" ]; then exit 0; fi

command -v npm >/dev/null || { echo "cannot fetch the parts of the dashboard: npm is not installed; install it with: apt-get install npm" >&2; exit 1; }
cp "$here/package.json" "$work/package.json.new"
mv "$work/package.json.new" "$work/package.json"
if ! npm install --prefix "$work" --no-package-lock --no-audit --no-fund --no-update-notifier --ignore-scripts --prefer-offline --loglevel=error >"$work/npm.log" 2>&1; then
  rm -f "$work/package.json"
  echo "cannot fetch the parts of the dashboard: npm says:" >&2
  cat "$work/npm.log" >&2
  exit 1
fi

# The line that names the source map goes: the map is not served, and a browser's tools would ask for it.
modules="$work/node_modules/@xterm"
for module in xterm:xterm addon-fit:addon-fit addon-search:addon-search addon-web-links:addon-web-links addon-webgl:addon-webgl; do
  sed '/^\/\/# sourceMappingURL=/d' "$modules/${module%%:*}/lib/${module##*:}.mjs" >"$out/${module##*:}.mjs"
done
cp "$modules/xterm/css/xterm.css" "$out/xterm.css"
cp "$modules/xterm/LICENSE" "$out/LICENSE.txt"

whole || { rm -f "$work/package.json"; echo "the parts of the dashboard are not the files that vendor.sha256 names; if package.json was changed on purpose, run: (cd $out && sha256sum *) > $here/vendor.sha256" >&2; exit 1; }
