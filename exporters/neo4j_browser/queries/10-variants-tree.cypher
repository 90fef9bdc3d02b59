// title: Which variants does a method have?
// description: The tree of versions, sizes and subsets below a method, as a picture.
// params: {"method": "Transformer"}
MATCH path = (variant:Method)-[:VARIANT_OF*1..4]->(root:Method {name: $method})
RETURN path
