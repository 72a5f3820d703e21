#!/usr/bin/env python3
"""Writes the catalogue of models, stdlib/models/*.rb, from two public price tables.

usage: catalogue.py LITELLM.json GENAI.json YYYY-MM-DD [DIR]      the date on which the first table was taken

The first table (LiteLLM's, MIT) is the one that is taken: it has windows, abilities and prices for one token. The second
(pydantic/genai-prices, MIT) is compared: where it says another price the line says so, for a person to look at.
What neither says is left out: no region, no retention, no quality is invented.
"""
import collections, json, os, re, sys
from decimal import Decimal

# file: (name, providers of the first table, provider of the second, protocol, address, most models)
PROVIDERS = {
    'openai': ('OpenAI', ['openai'], 'openai', 'openai', 'https://api.openai.com/v1', 30),
    'anthropic': ('Anthropic', ['anthropic'], 'anthropic', 'anthropic', 'https://api.anthropic.com', 20),
    'google': ('Google Gemini API', ['gemini'], 'google', 'gemini', 'https://generativelanguage.googleapis.com', 20),
    'azure': ('Azure OpenAI', ['azure'], 'azure', 'openai', None, 20),
    'bedrock': ('Amazon Bedrock', ['bedrock_converse'], 'aws', 'bedrock', None, 25),
    'mistral': ('Mistral AI', ['mistral'], 'mistral', 'openai', 'https://api.mistral.ai/v1', 20),
    'cohere': ('Cohere', ['cohere_chat'], 'cohere', 'cohere', 'https://api.cohere.com/v2', 10),
    'deepseek': ('DeepSeek', ['deepseek'], 'deepseek', 'openai', 'https://api.deepseek.com', 10),
    'xai': ('xAI', ['xai'], 'x-ai', 'openai', 'https://api.x.ai/v1', 12),
    'groq': ('Groq', ['groq'], 'groq', 'openai', 'https://api.groq.com/openai/v1', 12),
    'cerebras': ('Cerebras', ['cerebras'], 'cerebras', 'openai', 'https://api.cerebras.ai/v1', 10),
    'together': ('Together AI', ['together_ai'], 'together', 'openai', 'https://api.together.xyz/v1', 15),
    'fireworks': ('Fireworks AI', ['fireworks_ai'], 'fireworks', 'openai', 'https://api.fireworks.ai/inference/v1', 15),
    'perplexity': ('Perplexity', ['perplexity'], 'perplexity', 'openai', 'https://api.perplexity.ai', 8),
    'ai21': ('AI21 Labs', ['ai21'], None, 'openai', 'https://api.ai21.com/studio/v1', 8),
    'dashscope': ('Alibaba Cloud Model Studio', ['dashscope'], None, 'openai', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 12),
    'moonshot': ('Moonshot AI', ['moonshot'], 'moonshotai', 'openai', 'https://api.moonshot.ai/v1', 10),
    'zai': ('Z.ai', ['zai'], 'zhipuai', 'openai', 'https://api.z.ai/api/paas/v4', 10),
    'minimax': ('MiniMax', ['minimax'], 'minimax', 'openai', 'https://api.minimax.io/v1', 8),
    'sambanova': ('SambaNova', ['sambanova'], None, 'openai', 'https://api.sambanova.ai/v1', 10),
    'ovhcloud': ('OVHcloud AI Endpoints', ['ovhcloud'], 'ovhcloud', 'openai', 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1', 12),
    'scaleway': ('Scaleway Generative APIs', ['scaleway'], None, 'openai', 'https://api.scaleway.ai/v1', 12),
    'nebius': ('Nebius AI Studio', ['nebius'], None, 'openai', 'https://api.studio.nebius.ai/v1', 12),
    'novita': ('Novita AI', ['novita'], 'novita', 'openai', 'https://api.novita.ai/v3/openai', 12),
    'deepinfra': ('DeepInfra', ['deepinfra'], None, 'openai', 'https://api.deepinfra.com/v1/openai', 15),
}
ABILITIES = [('supports_function_calling', 'tools'), ('supports_vision', 'vision'), ('supports_audio_input', 'audio'),
             ('supports_pdf_input', 'documents'), ('supports_response_schema', 'json'), ('supports_reasoning', 'reasoning'),
             ('supports_prompt_caching', 'caching')]
PRICES = [('input_cost_per_token', 'input', 'input_mtok'), ('output_cost_per_token', 'output', 'output_mtok'),
          ('cache_read_input_token_cost', 'cached_read', 'cache_read_mtok'),
          ('cache_creation_input_token_cost', 'cached_write', 'cache_write_mtok'),
          ('cache_creation_input_token_cost_above_1hr', 'cached_write_long', None),
          ('input_cost_per_token_batches', 'batch_input', None), ('output_cost_per_token_batches', 'batch_output', None)]
NOT_CHAT = re.compile(r'audio|realtime|search|image|tts|transcribe|ft:|container|embed|moderation|guard|rerank|ocr|live|robotics|computer-use')
DATED = re.compile(r'[-@](\d{4}-\d{2}-\d{2}|20\d{6}|\d{2}-\d{4}|\d{2}-\d{2}|\d{4})$')


def per_million(price):
    """Exactly six digits at most, or None: a price is never rounded."""
    amount = Decimal(repr(price)) * 1000000
    amount = amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()
    return amount if amount > 0 and -amount.as_tuple().exponent <= 6 else None


def money(amount):
    text = format(amount, 'f')
    whole, _, rest = text.partition('.')
    return '%s.%s USD' % (whole, rest.ljust(2, '0'))


def tokens(count):
    return '{:_} tokens'.format(int(count))


def fits(rule, name):
    (kind, value), = rule.items()
    if kind in ('or', 'and'):
        return (any if kind == 'or' else all)(fits(part, name) for part in value)
    return {'equals': name == value, 'starts_with': name.startswith(str(value)), 'ends_with': name.endswith(str(value)),
            'contains': str(value) in name, 'regex': bool(re.search(str(value), name))}[kind]


def second_opinion(provider, name):
    """Prices of the other table: a number, or None where it has tiers or says nothing."""
    for model in provider['models'] if provider else []:
        if fits(model['match'], name):
            prices = model['prices']
            if isinstance(prices, list):          # by date: the last one that has no later start
                prices = prices[-1]['prices']
            return {k: v for k, v in prices.items() if isinstance(v, (int, float))}
    return {}


def identifier(name):
    plain = re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')
    return plain if plain[0].isalpha() else 'm_' + plain


def last_part(key):
    return key.rsplit('/', 1)[-1]


def candidates(table, keys, date):
    found = collections.OrderedDict()
    for key, m in sorted(table.items()):
        name = last_part(key)
        if m.get('litellm_provider') not in keys or m.get('mode') != 'chat' or NOT_CHAT.search(key.lower()):
            continue
        if re.match(r'(us|eu|au|jp|apac|global|us-gov|ca)[./]', key.split('/', 1)[-1]) or '/us/' in key or '/eu/' in key or 'global' in key:
            continue                              # the same model under the name of a place
        if (m.get('deprecation_date') or '9999') <= date or not m.get('max_input_tokens') or not m.get('max_output_tokens'):
            continue
        if not per_million(m.get('input_cost_per_token') or 0) or not per_million(m.get('output_cost_per_token') or 0):
            continue
        found.setdefault(name, (key, m))
    plain = {n for n in found if not DATED.search(n)}
    return {n: v for n, v in found.items() if n in plain or not any(n.startswith(p) for p in plain)}


def newest_first(item):
    """Reasoning and cached prices are what newer entries have; then the larger window; then the name, backwards."""
    name, (_, m) = item
    return (-sum(bool(m.get(k)) for k, _ in ABILITIES), -m['max_input_tokens'], name)


def price_lines(m, other):
    for field, kind, theirs in PRICES:
        amount = per_million(m.get(field) or 0)
        if amount is None:
            continue
        differs = other.get(theirs)
        note = '' if differs is None or Decimal(repr(differs)) == amount else '     # the other table: %s' % money(Decimal(repr(differs)))
        yield '  price %-17s %s per 1_000_000 tokens%s' % (kind, money(amount), note)
        for tier, value in sorted(m.items()):
            step = re.fullmatch(re.escape(field) + r'_above_(\d+)k_tokens', tier)
            if step and value and per_million(value) is not None:
                yield '  price %-17s %s per 1_000_000 tokens { above: %s }' % (kind, money(per_million(value)), tokens(int(step[1]) * 1000))


def model_text(name, key, m, other, provider, date):
    can = [word for field, word in ABILITIES if m.get(field)]
    if m.get('input_cost_per_token_batches'):
        can.append('batch')
    first, _, rest = key.partition('/')
    sent = rest if first in (m['litellm_provider'], m['litellm_provider'].partition('_converse')[0]) else key
    lines = ['model %s {' % identifier(name), '  provider %s' % provider, '  id       "%s"' % sent,
             '  window   %s' % tokens(m['max_input_tokens']), '  output   %s' % tokens(m['max_output_tokens'])]
    if can:
        lines.append('  can      %s' % ', '.join(can))
    if m.get('deprecation_date'):
        lines.append('  retires  %s' % m['deprecation_date'])
    lines.append('  priced   %s "LiteLLM\'s public table"' % date)
    return '\n'.join(lines + list(price_lines(m, other))) + '\n}\n'


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    first, second = (json.load(open(path, encoding='utf-8')) for path in sys.argv[1:3])
    date, folder = sys.argv[3], sys.argv[4] if len(sys.argv) == 5 else 'stdlib/models'
    others = {p['id']: p for p in second}
    os.makedirs(folder, exist_ok=True)
    total = 0
    for package, (title, keys, other_id, kind, base, most) in PROVIDERS.items():
        found = sorted(candidates(first, keys, date).items(), key=newest_first)[:most]
        names, parts = set(), []
        for name, (key, m) in sorted(found):
            if identifier(name) in names:
                continue
            names.add(identifier(name))
            parts.append(model_text(name, key, m, second_opinion(others.get(other_id), name), package, date))
        head = ['# %s.rb: models of %s, made by scripts/catalogue.py from public tables; prices in USD.' % (package, title),
                '# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:',
                '# state it in your own package, with `replaces`.', 'package std.models.%s' % package, '',
                'provider %s "%s" {' % (package, title), '  kind %s' % kind]
        if base:
            head.append('  base "%s"' % base)
        with open(os.path.join(folder, package + '.rb'), 'w', encoding='utf-8') as out:
            out.write('\n'.join(head) + '\n}\n\n' + '\n'.join(parts))
        total += len(parts)
        print('%-12s %3d models' % (package, len(parts)))
    print('%d models of %d providers' % (total, len(PROVIDERS)))


if __name__ == '__main__':
    main()
