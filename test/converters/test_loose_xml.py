"""What the parsers of robots read although it is not quite XML, and what they do not."""

import pytest

from igtl_ros2.converters.loose_xml import read_elements
from igtl_ros2.converters.urdf import MAX_TEXT, read_urdf
from igtl_ros2.errors import ConversionError

BODY = '<link name="base"><visual><geometry><sphere radius="0.5"/></geometry></visual></link>'
READ = {
    'plain': f'<?xml version="1.0"?><robot name="r">{BODY}</robot>',
    'a namespace': f'<robot name="r" xmlns="http://www.ros.org">{BODY}</robot>',
    'a namespace under a prefix': f'<robot xmlns:xacro="http://www.ros.org/x">{BODY}</robot>',
    'prefixes that nobody declares':
        f'<robot name="r"><xacro:property name="a" value="1"/><gazebo:x><b:c/></gazebo:x>'
        f'{BODY}</robot>',
    'a prefix at an attribute': f'<robot xsi:schemaLocation="a b">{BODY}</robot>',
    'a blank line in front': f'\n \n<?xml version="1.0"?>\n<robot>{BODY}</robot>',
    'a comment in front': f'<!-- of xacro --><?xml version="1.0"?><robot>{BODY}</robot>',
    'a comment with a line of dashes':
        f'<robot><!-- ==== -- ---- <link name="no"/> --- -->{BODY}</robot>',
    'a comment that ends in three dashes': f'<robot><!-- a --->{BODY}</robot>',
    'a byte order mark': f'\ufeff<?xml version="1.0"?><robot>{BODY}</robot>',
    'another encoding, said': f'<?xml version="1.0" encoding="utf-16"?><robot>{BODY}</robot>',
    'an encoding that does not exist': f'<?xml version="1.0" encoding="x"?><robot>{BODY}</robot>',
    'a declaration without a version': f'<?xml?><robot>{BODY}</robot>',
    'XML 1.1': f'<?xml version="1.1"?><robot>{BODY}</robot>',
    'two declarations': f'<?xml version="1.0"?><?xml version="1.0"?><robot>{BODY}</robot>',
    'a bare ampersand': f'<robot name="R&D">{BODY}<x a="1 & 2">a & b &nbsp; &x;</x></robot>',
    'control characters': f'<robot name="\x01">\x02{BODY}</robot>',
    'a smaller sign in a value': f'<robot name="a<b">{BODY}</robot>',
    'no blank between attributes': f'<robot name="a"version="1">{BODY}</robot>',
    'an attribute twice': f'<robot name="a" name="b">{BODY}</robot>',
    'quotes of the other kind': f"<robot name = 'a\"b' >{BODY}</robot >",
    'CDATA': f'<robot><gazebo><![CDATA[<link name="no"> & ]]></gazebo>{BODY}</robot>',
    'instructions': f'<robot><?php <link name="no"/> ?>{BODY}</robot>',
    'something behind it': f'<robot>{BODY}</robot>\n<!-- end --><x/> text',
    'something before it': f'<x/><robot>{BODY}</robot>',
    'carriage returns': f'<?xml version="1.0"?>\r\n<robot\r\nname="r"\r\n>{BODY}</robot>\r\n',
    'letters of other languages': f'<robot name="Röntgen 手"><größe x="1"/>{BODY}</robot>',
}


@pytest.mark.parametrize('text', READ.values(), ids=READ)
def test_it_is_read(text):
    robot = read_urdf(text)
    assert (robot.root, robot.faults) == ('base', ())
    ((name, (visual,)),) = robot.links.items()
    assert (name, visual.kind, visual.sizes) == ('base', 'sphere', (0.5,))


def test_entities_of_every_xml():
    (robot,) = read_elements('<robot a="&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&amp;lt;" b="&;&#"/>')
    assert robot.attrib == {'a': '<&>"\'AB&lt;', 'b': '&;&#'}


@pytest.mark.parametrize('text, why', [
    ('<robot><link name="a"></robot>', r'</robot> ends nothing that is open \(line 1\)'),
    ('<robot>\n</robot></robot>', r'</robot> ends nothing that is open \(line 2\)'),
    ('<robot><link name=a/></robot>', '<link> is malformed'),
    ('<robot><link name/></robot>', '<link> is malformed'),
    ('<robot><link', 'unclosed token'),
    ('<robot><!-- a', 'unclosed token <!--'),
    ('<robot><![CDATA[', r'unclosed token <!\[CDATA'),
    ('<robot>', 'no element found that ends, <robot> is open'),
    ('<robot>< link/></robot>', 'not well-formed'),
    ('<robot a="&#0;"/>', '&#0; is no character'),
    ('<robot a="&#xD800;"/>', 'is no character'),
    ('<robot a="&#99999999999999999999;"/>', 'is no character'),
    ('<robot><!ENTITY a "b"></robot>', 'not well-formed'),
    ('robot', 'no element found'),
])
def test_it_is_not(text, why):
    with pytest.raises(ConversionError, match=f'it is no XML: .*{why}'):
        read_urdf(text)


@pytest.mark.parametrize('front', ['', ' \n', '\ufeff', '<!-- a -->', '<?xml version="1.0"?>'])
@pytest.mark.parametrize('doctype', ['<!DOCTYPE', '<!doctype'])
def test_a_doctype_is_refused_wherever_it_stands(front, doctype):
    with pytest.raises(ConversionError, match='DOCTYPE'):
        read_urdf(f'{front}{doctype} r [<!ENTITY a "b">]><robot>{BODY}</robot>')


@pytest.mark.parametrize('text', [
    '<a>' * (MAX_TEXT // 3), '<robot>' + '<a/>' * (MAX_TEXT // 4 - 4) + '</robot>',
    '<' * MAX_TEXT, '<a ' * (MAX_TEXT // 3), '&' * MAX_TEXT,
    '<a b="' + '&' * (MAX_TEXT - 10) + '"/>', '<!--' + '-' * (MAX_TEXT - 4),
    '<a' + ' a=""' * (MAX_TEXT // 5 - 1), '<a' + ' ' * (MAX_TEXT - 2),
])
def test_nothing_takes_long(text):
    with pytest.raises(ConversionError):
        read_urdf(text)
