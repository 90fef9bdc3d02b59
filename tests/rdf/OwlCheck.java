import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.io.RDFParserMetaData;
import org.semanticweb.owlapi.model.AxiomType;
import org.semanticweb.owlapi.model.OWLDocumentFormat;
import org.semanticweb.owlapi.model.OWLEntity;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.search.EntitySearcher;

/** Opens files as Protege does, with the OWL API, and says line by line what it sees in them. */
public class OwlCheck {
    private static final String OWN = "https://w3id.org/paper-kg#";

    public static void main(String[] files) throws Exception {
        for (String file : files) {
            OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
            OWLOntology seen = manager.loadOntologyFromOntologyDocument(new File(file));
            OWLDocumentFormat format = manager.getOntologyFormat(seen);
            say("file", new File(file).getName(), format.getKey());
            format.getOntologyLoaderMetaData().filter(RDFParserMetaData.class::isInstance)
                .map(RDFParserMetaData.class::cast)
                .ifPresent(data -> data.getUnparsedTriples().forEach(triple -> say("unparsed", triple)));
            new OWL2DLProfile().checkOntology(seen).getViolations().forEach(fault -> say("not DL", fault));
            seen.signature().filter(entity -> entity.getIRI().toString().startsWith(OWN)).sorted()
                .forEach(entity -> say(entity.getEntityType(), entity.getIRI().getRemainder().orElse(""), label(seen, entity)));
            Map<String, Integer> counts = new TreeMap<>();
            seen.axioms(AxiomType.CLASS_ASSERTION)
                .forEach(axiom -> counts.merge("member " + axiom.getClassExpression(), 1, Integer::sum));
            seen.axioms(AxiomType.OBJECT_PROPERTY_ASSERTION)
                .forEach(axiom -> counts.merge("edge " + axiom.getProperty(), 1, Integer::sum));
            seen.axioms(AxiomType.DATA_PROPERTY_ASSERTION)
                .forEach(axiom -> counts.merge("value " + axiom.getProperty(), 1, Integer::sum));
            counts.forEach((name, count) -> say(name, count));
        }
    }

    private static String label(OWLOntology seen, OWLEntity entity) {
        return EntitySearcher.getAnnotationObjects(entity, seen)
            .filter(annotation -> annotation.getProperty().isLabel())
            .map(annotation -> annotation.getValue().asLiteral().get().getLiteral())
            .findFirst().orElse("no label");
    }

    private static void say(Object... parts) {
        StringBuilder line = new StringBuilder();
        for (Object part : parts) {
            line.append(line.length() == 0 ? "" : "\t").append(String.valueOf(part).replaceAll("\\s+", " "));
        }
        System.out.println(line);
    }
}
