import click
import ujson


@click.command()
@click.option("--name", default="world")
def main(name):
    click.echo(ujson.dumps({"hello": name}))


main()
