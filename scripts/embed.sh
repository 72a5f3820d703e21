#!/bin/sh
# embed.sh NAME=FILE ...: C source that holds these files as asset_NAME, to standard output.
set -eu
echo '/* assets.c: made by scripts/embed.sh */'
echo '#include "cli/assets.h"'
for pair in "$@"; do
  name=${pair%%=*} file=${pair#*=}
  if [ ! -f "$file" ]; then
    echo "embed: there is no $file; Debian's package libjs-chart.js brings Chart.js, or say where it is: make CHART_JS=FILE" >&2
    exit 1
  fi
  echo "static const unsigned char ${name}_bytes[] = {"
  od -An -v -tu1 "$file" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
  echo '};'
  echo "const struct asset asset_$name = {${name}_bytes, sizeof ${name}_bytes};"
done
