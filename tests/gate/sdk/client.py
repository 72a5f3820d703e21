"""The official Python SDK's client: steps as JSON on the command line, what came of each as JSON lines.

usage: client.py stdio COMMAND... -- STEPS   |   client.py http URL TOKEN -- STEPS   |   client.py VERSION URL TOKEN -- STEPS
VERSION: the protocol revision without handshake, or auto."""
import asyncio, json, sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

at = len(sys.argv) - 1 - sys.argv[::-1].index('--')
kind, how, steps = sys.argv[1], sys.argv[2:at], json.loads(sys.argv[at + 1])


async def run(session):
    await session.initialize()
    await steps_of(session)


async def steps_of(session):
    for method, params in steps:
        try:
            if method == 'list':
                result = await session.list_tools()
            elif method == 'ping':
                result = await session.send_ping()
            elif method == 'read':
                result = await session.read_resource(params['uri'])
            else:
                result = await session.call_tool(params['name'], params.get('arguments', {}))
            print(json.dumps({'result': json.loads(result.model_dump_json(by_alias=True, exclude_none=True))}))
        except Exception as error:                            # printed for the test to judge
            print(json.dumps({'error': str(error)}))


async def main():
    if kind == 'stdio':
        async with stdio_client(StdioServerParameters(command=how[0], args=how[1:]), errlog=open('/dev/null', 'w')) as streams:
            async with ClientSession(streams[0], streams[1]) as session:
                await run(session)
        return
    from mcp.client.streamable_http import streamable_http_client
    import mcp.shared._httpx_utils as utils
    client = utils.create_mcp_http_client(headers={'Authorization': 'Bearer ' + how[1]})
    if kind != 'http':
        from mcp import Client
        async with client, Client(streamable_http_client(how[0], http_client=client), mode=kind) as whole:
            await steps_of(whole)
        return
    async with client, streamable_http_client(how[0], http_client=client) as streams:
        async with ClientSession(streams[0], streams[1]) as session:
            await run(session)


asyncio.run(main())
