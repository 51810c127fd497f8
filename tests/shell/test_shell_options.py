from __future__ import annotations

import pytest
from shell_reading import command, given, texts


@pytest.mark.parametrize(
    ("body", "subcommand", "operands"),
    [
        ("apt-get -t bookworm-backports install x", "install", ["x"]),
        ("apt-get install -o Dpkg::Options::=--force-confold -qq -y x y=1", "install", ["x", "y=1"]),
        ("apt-get -qqy --no-install-recommends install x", "install", ["x"]),
        ("apt-get install -y -- -x", "install", ["-x"]),
        ("apt-get -o Acquire::Retries=3 update", "update", []),
        ("apk add --virtual .deps gcc", "add", ["gcc"]),
        ("apk --update add -t .deps gcc", "add", ["gcc"]),
        ("apk add --no-cache -X https://x/y --repository=https://z gcc~=1", "add", ["gcc~=1"]),
        ("apk cache clean", "cache clean", []),
        ("yum -y install --enablerepo epel x", "install", ["x"]),
        ("dnf5 install --setopt=install_weak_deps=False x", "install", ["x"]),
        ("dnf group install -y 'Development Tools'", "group install", ["Development Tools"]),
        ("zypper -n --gpg-auto-import-keys in -y --no-recommends x", "install", ["x"]),
        ("pip install -r req.txt -c c.txt x==1", "install", ["x==1"]),
        ("pip3 --no-cache-dir install --index-url https://x -U x y", "install", ["x", "y"]),
        ("python3.11 -m pip install --target /x -e . y", "install", ["y"]),
        ("python -u -m pip install x", "install", ["x"]),
        ("uv pip install --system -r req.txt x", "pip install", ["x"]),
        ("uv sync --frozen --no-dev --extra x", "sync", []),
        ("poetry install --no-root --only main", "install", []),
        ("conda install -y -n base -c conda-forge x=1", "install", ["x=1"]),
        ("micromamba create -f env.yml -y", "create", []),
        ("npm i -g --prefix /x yarn@1", "install", ["yarn@1"]),
        ("npm --registry https://x ci --omit dev", "ci", []),
        ("npm c set registry https://x", "config set", ["registry", "https://x"]),
        ("npm run build -- --prod", "run", ["build", "--prod"]),
        ("yarn", "install", []),
        ("yarn --frozen-lockfile --network-timeout 100000", "install", []),
        ("yarn global add x", "global add", ["x"]),
        ("yarn cache clean --all", "cache clean", []),
        ("pnpm i --frozen-lockfile --filter ./a", "install", []),
        ("gem install -v 1.0 bundler --no-document", "install", ["bundler"]),
        ("bundle install -j 4 --without dev", "install", []),
        ("go build -ldflags '-s -w' -tags x -o /app ./cmd/app", "build", ["./cmd/app"]),
        ("go install example.org/x@v1", "install", ["example.org/x@v1"]),
        ("go mod download", "mod download", []),
        ("cargo +nightly build --release -p x --target y", "build", []),
        ("cargo install --locked --root /x ripgrep@14", "install", ["ripgrep@14"]),
        ("dotnet publish -c Release -o /out app.csproj", "publish", ["app.csproj"]),
        ("dotnet nuget locals all --clear", "nuget locals", ["all"]),
        ("composer install --no-dev -d /x", "install", []),
        ("git clone --depth 1 -b v1 https://x/y z", "clone", ["https://x/y", "z"]),
        ("git -C /x -c a=b submodule update --init", "submodule update", []),
        ("systemctl enable x", "enable", ["x"]),
        ("pacman -Syu --noconfirm x", "sync", ["x"]),
        ("rpm -Uvh --nodeps x.rpm", "install", ["x.rpm"]),
        ("dpkg --force-all -i x.deb", "install", ["x.deb"]),
        ("cmake --build build -j 4 --target install", "build", []),
        ("tar -xzf a.tgz -C /x --strip-components=1 b", "extract", ["b"]),
        ("tar xzfC a.tgz /x", "extract", []),
        ("tar czf - --exclude .git .", "create", ["."]),
    ],
)
def test_subcommands_and_operands(body: str, subcommand: str, operands: list[str]) -> None:
    found = command(body)
    assert found.subcommand == subcommand
    assert texts(found.operands) == operands


@pytest.mark.parametrize(
    ("body", "options", "operands"),
    [
        (
            "curl -fsSL -o f https://x",
            [("-f", None), ("-s", None), ("-S", None), ("-L", None), ("-o", "f")],
            ["https://x"],
        ),
        ("curl -LOk https://x", [("-L", None), ("-O", None), ("-k", None)], ["https://x"]),
        ("curl -sLof https://x", [("-s", None), ("-L", None), ("-o", "f")], ["https://x"]),
        ("wget -qO- https://x", [("-q", None), ("-O", "-")], ["https://x"]),
        ("wget -nv -P /x https://x", [("-nv", None), ("-P", "/x")], ["https://x"]),
        (
            "gcc -O2 -Iinc -o x main.c -lm",
            [("-O2", None), ("-I", "inc"), ("-o", "x"), ("-l", "m")],
            ["main.c"],
        ),
        ("make -j 4 install", [("-j", "4")], ["install"]),
        ("make -j install", [("-j", None)], ["install"]),
        ("make -j$N -C /x all", [("-j", "$N"), ("-C", "/x")], ["all"]),
        ("useradd -r -u 1 -g 0 -d /x app", [("-r", None), ("-u", "1"), ("-g", "0"), ("-d", "/x")], ["app"]),
        ("adduser -S -D -H -h /x app", [("-S", None), ("-D", None), ("-H", None), ("-h", "/x")], ["app"]),
        (
            "adduser --system --gecos '' --uid 5 app",
            [("--system", None), ("--gecos", ""), ("--uid", "5")],
            ["app"],
        ),
        ("rm -rf /a /b", [("-r", None), ("-f", None)], ["/a", "/b"]),
        ("chmod -R u+x,-w /x", [("-R", None)], ["u+x,-w", "/x"]),
        ("chmod -x /x", [], ["-x", "/x"]),
        ("chmod -Rf 755 /x", [("-R", None), ("-f", None)], ["755", "/x"]),
        ("install -D -m 755 a /b", [("-D", None), ("-m", "755")], ["a", "/b"]),
        ("sed -i.bak -e s/a/b/ f", [("-i", ".bak"), ("-e", "s/a/b/")], ["f"]),
        (
            "find /x -name '*.py' -exec rm -f {} + -o -print",
            [("-name", "*.py"), ("-exec", "rm -f {}"), ("-o", None), ("-print", None)],
            ["/x"],
        ),
        ("mkdir -pm 700 /x", [("-p", None), ("-m", "700")], ["/x"]),
        ("unzip -qo a.zip -d /x", [("-q", None), ("-o", None), ("-d", "/x")], ["a.zip"]),
        ("set -euxo pipefail", [("-e", None), ("-u", None), ("-x", None), ("-o", "pipefail")], []),
        ("set +x", [("+x", None)], []),
        ("javac -d out -cp 'a:b' A.java", [("-d", "out"), ("-cp", "a:b")], ["A.java"]),
        (
            "mvn -B -DskipTests=true -T 1C package",
            [("-B", None), ("-D", "skipTests=true"), ("-T", "1C")],
            ["package"],
        ),
        ("tar -x --strip-comp 1 -f a", [("-x", None), ("--strip-comp", "1"), ("-f", "a")], []),
        ("su -s /bin/sh app", [("-s", "/bin/sh")], ["app"]),
        ("unknown -x --y=z a -- -b", [("-x", None), ("--y", "z")], ["a", "-b"]),
    ],
)
def test_options_and_their_values(
    body: str, options: list[tuple[str, str | None]], operands: list[str]
) -> None:
    found = command(body)
    assert given(found) == options
    assert texts(found.operands) == operands


def test_an_option_is_found_by_any_of_its_spellings() -> None:
    found = command("apt-get install --assume-yes -t x y")
    assert found.has("-y")
    assert found.has("--yes")
    assert not found.has("-q")
    option = found.option("--target-release", "--nothing")
    assert option is not None
    assert (option.name, option.value) == ("-t", "x")
    assert option.value_word is found.arguments[3]
    assert option.word is found.arguments[2]


def test_a_value_in_the_same_word_has_that_word() -> None:
    option = command("pip install --index-url=https://x y").option("-i")
    assert option is not None
    assert option.word is option.value_word


def test_letters_of_a_cluster_share_their_word() -> None:
    first, second = command("apt-get -yq update").options
    assert first.word is second.word
    assert command("apt-get -qq update").option("-q") is not None
    assert len(command("apt-get -qq update").options) == 2


def test_variables_in_values_stay_as_written_and_quotes_go() -> None:
    found = command('pip install "--target=$X/y" -r "${R}" z')
    assert given(found) == [("--target", "$X/y"), ("-r", "${R}")]


def test_a_subcommand_that_is_a_variable_is_none() -> None:
    found = command("apt-get $WHAT x")
    assert found.subcommand is None
    assert texts(found.operands) == ["$WHAT", "x"]


def test_an_unknown_subcommand_is_one_nevertheless() -> None:
    found = command("npm frobnicate -g x")
    assert (found.subcommand, texts(found.operands)) == ("frobnicate", ["x"])
