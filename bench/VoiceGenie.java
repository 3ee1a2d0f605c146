// Speaks AliGenie's own SDK (Maven semantic-execute-meta): writes a request as the
// platform would, or reads an answer as the platform does and writes what it has
// understood of it. See conformance_voice.py.
import com.alibaba.da.coin.ide.spi.standard.ResultModel;
import com.alibaba.da.coin.ide.spi.standard.TaskQuery;
import com.alibaba.da.coin.ide.spi.standard.TaskResult;
import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;

public class VoiceGenie {
    public static void main(String[] args) throws Exception {
        Gson gson = new Gson();
        if (args[0].equals("request")) {
            TaskQuery q = new TaskQuery();
            q.setSessionId("g-1");
            q.setRequestId(args[1]);
            q.setUtterance(args[2]);
            q.setIntentName(args[3]);
            q.setSkillId(31082L);
            q.setIntentId(91002L);
            q.setBotId(1L);
            q.setDomainId(2L);
            q.setSkillName("x");
            q.setSlotEntities(new ArrayList<>());
            q.setRequestData(new HashMap<>());
            q.getRequestData().put("userOpenId", "uo-1");
            System.out.println(gson.toJson(q));
            return;
        }
        String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        ResultModel<TaskResult> answer = gson.fromJson(text, new TypeToken<ResultModel<TaskResult>>() {}.getType());
        System.out.println(gson.toJson(answer));
    }
}
