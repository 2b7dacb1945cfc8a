"""The schema that is made of declarations says what the one by hand said."""

import json
from pathlib import Path

from igtl_ros2 import mapping
from igtl_ros2.mapping import mapping_schema


def whole(part, definitions):
    """Put what is referred to in the place of the reference, and forget the order of keys."""
    if isinstance(part, list):
        return [whole(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    found = {}
    for key, value in part.items():
        if key == '$ref':
            found |= whole(definitions[value.rpartition('/')[2]], definitions)
        elif key == 'allOf' and len(value) == 1:
            found = {**whole(value[0], definitions), **found}
        elif key != 'definitions':
            found[key] = whole(value, definitions)
    return found


def test_the_schema_says_what_it_said():
    old = json.loads(Path(mapping.__file__).with_name('mapping.schema.json').read_text())
    new = json.loads(json.dumps(mapping_schema()))
    for name in ('receive_rule', 'send_rule', 'defaults', 'query_rule', 'command_rule',
                 'serve_rule', 'protocol_rule', 'phase', 'phase_transform', 'profile'):
        before = whole(old['definitions'][name], old['definitions'])
        after = whole(new['definitions'][name], new['definitions'])
        assert before == after, name
        # errors list the keys in this order
        assert list(before.get('properties', ())) == list(after.get('properties', ())), name
    old['properties'].pop('links'), new['properties'].pop('links')  # settings came later
    assert whole(old, old['definitions']) == whole(new, new['definitions'])
