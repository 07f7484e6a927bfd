//! Letters and digits in another dress, and those that nobody sees.
//!
//! Browsers and most libraries put a host into the form NFKC before they look it up: `①⑥⑨` is 169 to
//! them. Of its tables a host needs those whose result is of ASCII, and a test compares these with all
//! of them. The whole tables would take half as much space in the program as this policy.

/// Runs of characters, the first and the last of each, and what the first stands for.
const RUNS: [(char, char, char); 9] = [
    ('！', '～', '!'),
    ('⁴', '⁹', '4'),
    ('₀', '₉', '0'),
    ('Ⓐ', 'Ⓩ', 'a'),
    ('ⓐ', 'ⓩ', 'a'),
    ('🄰', '🅉', 'a'),
    ('🯰', '🯹', '0'),
    ('\u{1CCD6}', '\u{1CCEF}', 'a'),
    ('\u{1CCF0}', '\u{1CCF9}', '0'),
];

/// Numbers in circles, the first and the last of each run, and what the first stands for.
const NUMBERS: [(char, char, u32); 3] = [('①', '⑳', 1), ('㉑', '㉟', 21), ('㊱', '㊿', 36)];

/// All others: a character, and what it stands for.
const OTHERS: &str = "\
    。. ｡. ªa ²2 ³3 ¹1 ºo Ĳij ĳij ſs Ǉlj ǈlj ǉlj Ǌnj ǋnj ǌnj Ǳdz ǲdz ǳdz ʰh ʲj ʳr ʷw ʸy ˡl ˢs \
    ˣx ᴬa ᴮb ᴰd ᴱe ᴳg ᴴh ᴵi ᴶj ᴷk ᴸl ᴹm ᴺn ᴼo ᴾp ᴿr ᵀt ᵁu ᵂw ᵃa ᵇb ᵈd ᵉe ᵍg ᵏk ᵐm ᵒo ᵖp ᵗt \
    ᵘu ᵛv ᵢi ᵣr ᵤu ᵥv ᶜc ᶠf ᶻz ․. ‥.. …... ⁰0 ⁱi ⁿn ₐa ₑe ₒo ₓx ₕh ₖk ₗl ₘm ₙn ₚp ₛs ₜt ₨rs \
    ℂc ℊg ℋh ℌh ℍh ℎh ℐi ℑi ℒl ℓl ℕn №no ℙp ℚq ℛr ℜr ℝr ℠sm ℡tel ™tm ℤz ℨz \u{212A}k ℬb ℭc ℯe ℰe ℱf \
    ℳm ℴo ℹi ℻fax ⅅd ⅆd ⅇe ⅈi ⅉj Ⅰi Ⅱii Ⅲiii Ⅳiv Ⅴv Ⅵvi Ⅶvii Ⅷviii Ⅸix Ⅹx Ⅺxi Ⅻxii Ⅼl Ⅽc Ⅾd \
    Ⅿm ⅰi ⅱii ⅲiii ⅳiv ⅴv ⅵvi ⅶvii ⅷviii ⅸix ⅹx ⅺxi ⅻxii ⅼl ⅽc ⅾd ⅿm ⒈1. ⒉2. ⒊3. ⒋4. ⒌5. ⒍6. \
    ⒎7. ⒏8. ⒐9. ⒑10. ⒒11. ⒓12. ⒔13. ⒕14. ⒖15. ⒗16. ⒘17. ⒙18. ⒚19. ⒛20. ⓪0 ⱼj ⱽv ㉐pte ㋌hg \
    ㋍erg ㋎ev ㋏ltd ㍱hpa ㍲da ㍳au ㍴bar ㍵ov ㍶pc ㍷dm ㍸dm2 ㍹dm3 ㍺iu ㎀pa ㎁na ㎃ma ㎄ka ㎅kb ㎆mb ㎇gb \
    ㎈cal ㎉kcal ㎊pf ㎋nf ㎎mg ㎏kg ㎐hz ㎑khz ㎒mhz ㎓ghz ㎔thz ㎖ml ㎗dl ㎘kl ㎙fm ㎚nm ㎜mm ㎝cm ㎞km ㎟mm2 \
    ㎠cm2 ㎡m2 ㎢km2 ㎣mm3 ㎤cm3 ㎥m3 ㎦km3 ㎩pa ㎪kpa ㎫mpa ㎬gpa ㎭rad ㎰ps ㎱ns ㎳ms ㎴pv ㎵nv ㎷mv ㎸kv ㎹mv \
    ㎺pw ㎻nw ㎽mw ㎾kw ㎿mw ㏂a.m. ㏃bq ㏄cc ㏅cd ㏇co. ㏈db ㏉gy ㏊ha ㏋hp ㏌in ㏍kk ㏎km ㏏kt ㏐lm ㏑ln ㏒log \
    ㏓lx ㏔mb ㏕mil ㏖mol ㏗ph ㏘p.m. ㏙ppm ㏚pr ㏛sr ㏜sv ㏝wb ㏿gal ꟲc ꟳf ꟴq ﬀff ﬁfi ﬂfl ﬃffi ﬄffl ﬅst \
    ﬆst ︓: ︙... ︰.. ﹇[ ﹈] ﹒. ﹕: ﹣- 𐞥q 🄀0. 🄫c 🄬r 🄭cd 🄮wz 🅊hv 🅋mv 🅌sd 🅍ss 🅎ppv 🅏wc 🅪mc 🅫md 🅬mr \
    🆐dj \u{209D}w \u{209E}y \u{209F}z \u{A7F1}s";

/// Adds to `text` what a reader of hosts makes of `letter`.
pub(crate) fn push_plain(text: &mut String, letter: char) {
    if letter.is_ascii() {
        text.push(letter.to_ascii_lowercase());
    } else if let Some(plain) = plain(letter) {
        text.push_str(&plain);
    } else if !is_invisible(letter) {
        text.push(letter);
    }
}

/// Whether readers of hosts leave it out: hyphens that show at the end of a line, joiners, variations.
pub(crate) fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{AD}' | '\u{34F}' | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{2060}' | '\u{2064}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// What a character that is not of ASCII stands for, if that is.
fn plain(letter: char) -> Option<String> {
    let place = |first: char, last: char| {
        (first..=last).contains(&letter).then(|| u32::from(letter) - u32::from(first))
    };
    // Mathematics has thirteen alphabets, and digits five times.
    let alphabet = place('\u{1D400}', '\u{1D6A3}').map(|place| ('a', place % 26));
    let digits = place('\u{1D7CE}', '\u{1D7FF}').map(|place| ('0', place % 10));
    let run = || RUNS.iter().find_map(|(first, last, plain)| Some((*plain, place(*first, *last)?)));
    if let Some((plain, place)) = alphabet.or(digits).or_else(run) {
        let plain = char::from_u32(u32::from(plain) + place)?;
        return Some(plain.to_ascii_lowercase().to_string());
    }
    let number = NUMBERS.iter().find_map(|(first, last, one)| Some(place(*first, *last)? + one));
    let other = || OTHERS.split_once(letter)?.1.split(' ').next();
    number.map(|number| number.to_string()).or_else(|| other().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::plain;

    fn is_assigned(letter: char) -> bool {
        let is_mathematical = ('\u{1D400}'..='\u{1D7FF}').contains(&letter);
        !is_mathematical || letter.nfkc().ne([letter])
    }

    #[test]
    fn what_a_character_stands_for_is_what_its_normal_form_says() {
        let of_hosts = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
        let mut differ = String::new();
        // The letters that mathematics has elsewhere leave gaps in its alphabets.
        for letter in ('\u{80}'..=char::MAX).filter(|letter| is_assigned(*letter)) {
            let form: String = letter.nfkc().collect();
            let expected = form.chars().all(of_hosts).then(|| form.to_ascii_lowercase());
            let found = plain(letter).filter(|plain| plain.chars().all(of_hosts));
            if found != expected {
                differ.extend([letter.to_string(), form, " ".to_owned()]);
            }
        }
        // The full stop of Chinese stays what it is; that a host reads it as a dot, IDNA says.
        assert_eq!(differ, "。。 ｡。 ");
    }
}
