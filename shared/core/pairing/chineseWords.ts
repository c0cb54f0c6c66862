// Words of two characters for passphrases in Chinese. A single character is hard to tell from others
// of the same sound; these are everyday words, and no two of them sound alike even without tones.

const WORD_LENGTH = 2;

const SIMPLIFIED = `
  老虎狮子大象熊猫猴子兔子狐狸松鼠骆驼斑马河马犀牛袋鼠刺猬青蛙乌龟鳄鱼鲸鱼海豚企鹅鹦鹉孔雀老鹰麻雀蝴蝶蜻蜓蚂蚁蜘蛛蜗牛螃蟹龙虾章鱼
  鲨鱼山羊绵羊恐龙老鼠蝙蝠苹果香蕉葡萄西瓜草莓樱桃柠檬桃子芒果核桃花生豆腐面包饺子包子馒头米饭面条鸡蛋牛奶豆浆咖啡绿茶蜂蜜白糖酱油
  辣椒白菜黄瓜南瓜茄子蘑菇洋葱大蒜玉米萝卜芹菜菠菜竹笋饼干蛋糕月饼粽子火锅月亮太阳地球彩虹闪电雪花冰山火山沙漠森林草原瀑布海洋沙滩
  峡谷池塘石头云朵春天夏天秋天冬天早晨黄昏半夜玫瑰牡丹荷花菊花梅花兰花柳树小草种子树叶百合水仙茉莉窗户房子厨房客厅花园楼梯地毯椅子
  桌子沙发枕头钥匙雨伞剪刀蜡烛灯笼火柴筷子茶壶冰箱电视风扇闹钟耳机相机毛巾肥皂牙刷帽子手套围巾皮鞋衬衫裤子裙子口袋书包毛笔字典黑板
  信封邮票地图汽车飞机轮船帆船马车卡车火箭风筝车站码头机场隧道灯塔学校银行邮局公园商店超市电影寺庙城堡宫殿长城村庄农场仓库广场老师
  警察农民画家歌手作家国王公主王子船长猎人渔夫邻居朋友孩子奶奶爷爷叔叔弟弟妹妹耳朵鼻子嘴巴头发眉毛牙齿肩膀手指膝盖钢琴吉他喇叭足球
  篮球排球网球游泳跳舞唱歌下棋跑步爬山钓鱼谜语照片玩具积木拼图鞭炮黄金钻石珍珠玻璃丝绸棉花羊毛水泥蓝色黑色紫色洗澡散步微笑拥抱鼓掌
`;

const TRADITIONAL = `
  老虎獅子大象熊貓猴子兔子狐狸松鼠駱駝斑馬河馬犀牛袋鼠刺蝟青蛙烏龜鱷魚鯨魚海豚企鵝鸚鵡孔雀老鷹麻雀蝴蝶蜻蜓螞蟻蜘蛛蝸牛螃蟹龍蝦章魚
  鯊魚山羊綿羊恐龍老鼠蝙蝠蘋果香蕉葡萄西瓜草莓櫻桃檸檬桃子芒果核桃花生豆腐麵包餃子包子饅頭米飯麵條雞蛋牛奶豆漿咖啡綠茶蜂蜜白糖醬油
  辣椒白菜黃瓜南瓜茄子蘑菇洋蔥大蒜玉米蘿蔔芹菜菠菜竹筍餅乾蛋糕月餅粽子火鍋月亮太陽地球彩虹閃電雪花冰山火山沙漠森林草原瀑布海洋沙灘
  峽谷池塘石頭雲朵春天夏天秋天冬天早晨黃昏半夜玫瑰牡丹荷花菊花梅花蘭花柳樹小草種子樹葉百合水仙茉莉窗戶房子廚房客廳花園樓梯地毯椅子
  桌子沙發枕頭鑰匙雨傘剪刀蠟燭燈籠火柴筷子茶壺冰箱電視風扇鬧鐘耳機相機毛巾肥皂牙刷帽子手套圍巾皮鞋襯衫褲子裙子口袋書包毛筆字典黑板
  信封郵票地圖汽車飛機輪船帆船馬車卡車火箭風箏車站碼頭機場隧道燈塔學校銀行郵局公園商店超市電影寺廟城堡宮殿長城村莊農場倉庫廣場老師
  警察農民畫家歌手作家國王公主王子船長獵人漁夫鄰居朋友孩子奶奶爺爺叔叔弟弟妹妹耳朵鼻子嘴巴頭髮眉毛牙齒肩膀手指膝蓋鋼琴吉他喇叭足球
  籃球排球網球游泳跳舞唱歌下棋跑步爬山釣魚謎語照片玩具積木拼圖鞭炮黃金鑽石珍珠玻璃絲綢棉花羊毛水泥藍色黑色紫色洗澡散步微笑擁抱鼓掌
`;

/** 256 different words, the same in both scripts. */
export const SIMPLIFIED_WORDS = wordsIn(SIMPLIFIED);
export const TRADITIONAL_WORDS = wordsIn(TRADITIONAL);

function wordsIn(text: string): readonly string[] {
  const characters = text.replace(/\s/g, "");
  return Array.from({ length: characters.length / WORD_LENGTH }, (_, index) =>
    characters.slice(index * WORD_LENGTH, (index + 1) * WORD_LENGTH),
  );
}
