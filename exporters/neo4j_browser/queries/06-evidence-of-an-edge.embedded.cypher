MATCH (p:Paper {title: $paper})-[r]->(e {name: $entity})
UNWIND range(1, size(r.sentences)) AS i
RETURN type(r) AS edge, r.texts[i] AS text, r.sentences[i] AS sentence, r.fields[i] AS field,
       r.start_offsets[i] AS start, r.extractors[i] AS found_by, r.confidences[i] AS confidence
ORDER BY edge, field, start, found_by
