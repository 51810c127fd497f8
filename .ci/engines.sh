# shellcheck shell=bash
# Build engines for CI, to be sourced. Everything comes from Debian 12's own packages: buildah, podman and
# dockerd 20.10 with its built-in BuildKit (no here-documents, no COPY --link). Docker 26 and buildx are
# Debian 13's packages, unpacked into a folder and not installed.
#
#   install_engines   installs what is missing; needs root
#   unpack_docker13   fetches Docker 26 and buildx once, exports DOCKERLINT_DOCKER13, the folder they are in
#   install_packages  the same for other packages, by name
#   start_engines     starts a private dockerd, exports DOCKER_HOST; buildah gets a private storage
#   stop_engines      stops it and removes the folder; for `trap stop_engines EXIT`

DOCKERLINT_ENGINES=""

install_engines() {
  install_packages buildah podman runc uidmap docker.io mmdebstrap busybox-static mount ca-certificates
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # The service is not wanted: dockerd is started below, on a socket of its own.
  [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; DOCKERLINT_POLICY=1; }
  apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
  [ -z "${DOCKERLINT_POLICY:-}" ] || rm -f /usr/sbin/policy-rc.d
}

unpack_docker13() {
  local folder part mirror deb
  folder=/var/tmp/dockerlint-docker13-$(id -u)
  export DOCKERLINT_DOCKER13=$folder
  [ ! -O "$folder" ] || return 0
  # The mirror that this machine has its own packages from.
  # shellcheck disable=SC2016 # apt fills it in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Component: main' | head -1)
  part=$(mktemp -d "$folder.XXXXXX")
  mkdir -p "$part/apt/lists/partial" "$part/apt/cache/archives/partial" "$part/debs" "$part/root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" > "$part/apt/sources.list"
  echo "Dir { Etc { SourceList \"$part/apt/sources.list\"; SourceParts \"-\"; }; State::Lists \"$part/apt/lists\";" \
    "Cache \"$part/apt/cache\"; }; APT::Sandbox::User \"root\";" > "$part/apt/conf"
  (
    cd "$part/debs"
    export APT_CONFIG=$part/apt/conf
    apt-get update -qq && apt-get download -qq docker-buildx docker-cli docker.io containerd
  ) || { rm -rf "$part"; return 1; }
  for deb in "$part"/debs/*.deb; do dpkg -x "$deb" "$part/root"; done
  mv -T "$part/root" "$folder"
  rm -rf "$part"
}

start_engines() {
  [ -z "$DOCKERLINT_ENGINES" ] || return 0
  DOCKERLINT_ENGINES=$(mktemp -d "${TMPDIR:-/var/tmp}/dockerlint-engines.XXXXXX")
  local folder=$DOCKERLINT_ENGINES waited=0
  cat > "$folder/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$folder/containers"
runroot = "$folder/run"
CONF
  # podman waits 20 seconds after each container when the path of its runroot has more than 50 characters.
  export CONTAINERS_STORAGE_CONF=$folder/storage.conf
  mkdir -p "$folder/docker"
  dockerd --bridge=none --iptables=false --ip-masq=false --ip-forward=false --storage-driver=overlay2 \
    --data-root "$folder/docker/data" --exec-root "$folder/docker/exec" \
    -H "unix://$folder/docker.sock" -p "$folder/docker.pid" > "$folder/docker.log" 2>&1 &
  export DOCKER_HOST=unix://$folder/docker.sock
  until docker version > /dev/null 2>&1; do
    waited=$((waited + 1))
    if [ $waited -gt 150 ]; then
      echo "dockerd did not start; the end of its log:" >&2
      tail -20 "$folder/docker.log" >&2
      return 1
    fi
    sleep 0.2
  done
}

stop_engines() {
  local folder=$DOCKERLINT_ENGINES pid waited=0
  [ -n "$folder" ] || return 0
  DOCKERLINT_ENGINES=""
  if pid=$(cat "$folder/docker.pid" 2>/dev/null); then
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null && [ $waited -lt 100 ]; do sleep 0.1; waited=$((waited + 1)); done
  fi
  # A build that was killed may have left a mount behind.
  awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount -l "$mount" || true
  done
  rm -rf "$folder"
}
